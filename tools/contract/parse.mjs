// Validates an AsyncAPI document with AsyncAPI's own parser. Usage: node parse.mjs PARSER FILE
// PARSER is the folder of @asyncapi/parser. Prints one line for each error and warning, exit code
// 1 if there is any; notes and hints ("a newer version of the standard") are passed over.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, file] = process.argv.slice(2);
const { Parser, fromFile } = createRequire(import.meta.url)(resolve(folder));
const { document, diagnostics } = await fromFile(new Parser(), file).parse();
const WARNING = 1; // 0 is an error
const wrong = diagnostics.filter((one) => one.severity <= WARNING);
for (const one of wrong) console.log(`${one.path.join("/")}: ${one.message} (${one.code})`);
if (!document && !wrong.length) console.log("no document");
process.exit(document && !wrong.length ? 0 : 1);

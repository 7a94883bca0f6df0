// Runs unit files on MicroPython's 32-bit WebAssembly port, where small integers are as small as
// on the chip. Usage: node run_webassembly.mjs PORT.mjs FOLDER[,FOLDER...] TEST [TEST...]
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [port, folders, ...tests] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(port));
const mp = await loadMicroPython({ heapsize: 1024 * 1024, stdout: (line) => console.log(line) });

function copy(from, to) {
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    const target = `${to}/${name}`;
    if (statSync(source).isDirectory()) {
      if (name === "__pycache__") continue;
      mp.FS.mkdirTree(target);
      copy(source, target);
    } else if (name.endsWith(".py")) {
      mp.FS.writeFile(target, readFileSync(source));
    }
  }
}

mp.FS.mkdirTree("/tests");
for (const folder of folders.split(",")) copy(folder, "/tests");
mp.globals.set("names", tests.join(" "));
mp.runPython(`
import sys
sys.path.insert(0, "/tests")
from run_micropython import run
passed = run("32-bit MicroPython (WebAssembly)", names.split())
`);
process.exit(mp.globals.get("passed") ? 0 : 1);

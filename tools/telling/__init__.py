"""How every command tells what it has to say: to a person, or as JSON to a program."""

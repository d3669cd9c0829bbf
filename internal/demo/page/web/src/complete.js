// What may come next in the slash input, as the bot would read it.

export const commands = [
  { name: "/rootcheck", hint: "account id or name, or all", what: "Check root posture" },
  { name: "/spend", hint: "account, and a window such as 7d", what: "Show the bill" },
];

const words = {
  "/rootcheck": [{ insert: "all", what: "every account" }, { insert: "help", what: "what can be asked" }],
  "/spend": [{ insert: "7d", what: "the last 7 days" }, { insert: "14d", what: "the last 14 days" }, { insert: "help", what: "what can be asked" }],
};

const most = 8;

// quoted is how the bot takes a name with blanks or marks in it.
const quoted = (name) => (/^[\w.-]+$/.test(name) ? name : `"${name}"`);

// complete offers what could stand for the word that ends at the cursor:
// where it starts, and the choices, best first.
export function complete(text, at, accounts) {
  const before = text.slice(0, at);
  if (!before.startsWith("/")) return { from: 0, choices: [] };
  const command = /^\/\S*/.exec(before)[0].toLowerCase();
  if (command.length === before.length) {
    return { from: 0, choices: commands.filter((c) => c.name.startsWith(command) && c.name !== command).map((c) => ({ insert: `${c.name} `, label: c.name, note: `${c.hint} · ${c.what}` })) };
  }
  if (!words[command]) return { from: 0, choices: [] };
  const word = /("[^"]*|\S*)$/.exec(before)[0];
  const from = at - word.length;
  const sought = word.replace(/^"/, "").toLowerCase();
  const digits = sought.replace(/-/g, "");
  const rank = (a) => {
    if (sought === "") return 2;
    if (/^\d+$/.test(digits) && a.id.startsWith(digits)) return digits.length === 12 && digits === sought ? -1 : 0;
    const name = a.name.toLowerCase(), alias = a.alias?.toLowerCase() ?? "";
    if (name === sought || alias === sought) return -1;
    if (name.startsWith(sought) || alias.startsWith(sought)) return 0;
    return name.includes(sought) || alias.includes(sought) ? 1 : 9;
  };
  const ranked = accounts.map((a) => ({ a, r: rank(a) })).filter(({ r }) => r < 9).sort((x, y) => x.r - y.r);
  if (ranked.some(({ r }) => r === -1)) return { from, choices: [] };
  const byID = /^\d[\d-]*$/.test(sought);
  const found = ranked.map(({ a }) => ({ insert: `${byID ? a.id : quoted(a.name)} `, label: byID ? a.id : a.name, note: byID ? a.name : a.id + (a.alias ? ` · ${a.alias}` : "") }));
  const plain = words[command].filter((w) => w.insert.startsWith(sought) && w.insert !== sought).map((w) => ({ insert: w.insert, label: w.insert, note: w.what }));
  if (words[command].some((w) => w.insert === sought)) return { from, choices: [] };
  return { from, choices: [...plain, ...found].slice(0, most) };
}

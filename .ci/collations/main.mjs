// Writes what CLDR says of the order of each of its locales, as
// internal/search/testdata/collations.txt has it, by the ICU that Node has:
//
//	npm install --no-save cldr-misc-full
//	node .ci/collations/main.mjs node_modules/cldr-misc-full > internal/search/testdata/collations.txt
//
// A line is some locales, a colon and words in ascending order: the letters that CLDR
// lists for the locales, alone and with marks and capitals, those of ISO 8859-1, and
// one letter of each other script.
import fs from "node:fs";
import path from "node:path";

const root = process.argv[2];
const version = JSON.parse(fs.readFileSync(path.join(root, "package.json"))).version;
const alphabet = [..."abcdefghijklmnopqrstuvwxyz"];
const latin1 = [..."àáâãäåæçèéêëìíîïñòóôõöøùúûüý"];
const otherScripts = [..."αωбюბհאשبيአहকਕકକகకಕകගກລཀက가あ一"];
const pairs = ["aA", "Aa", "AA", "aa", "ae", "ch", "Ch", "CH", "ij", "lj", "ll", "l·la", "ng", "nj", "ny", "oe", "ss", "ß", "da", "d a", "d-a", "Z", "1", "9"];

// letters are the members of a set in CLDR's notation, "[a b {ch} é-ë]".
function letters(set) {
  const members = [];
  for (const [, string, from, to] of set.slice(1, -1).matchAll(/\{([^}]*)\}|(\\u[0-9A-F]{4}|\\?[^\s])(?:-(\\?[^\s]))?/gu)) {
    const plain = (text) => text.replace(/\\u([0-9A-F]{4})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))).replaceAll("\\", "");
    const first = plain(string ?? from);
    members.push(first);
    for (let code = first.codePointAt(0) + 1; to && code <= plain(to).codePointAt(0); code++) members.push(String.fromCodePoint(code));
  }
  return members;
}

function words(locale, main) {
  // Yue has Chinese's orders, but for the ICU of Node.
  const alias = locale.startsWith("yue") ? (locale.includes("Hans") ? "zh-Hans" : "zh-Hant") : locale;
  const order = new Intl.Collator(Intl.Collator.supportedLocalesOf(alias).length ? alias : "und");
  // Of the thousands of Hangul syllables some are enough.
  const step = main.length > 10000 ? 40 : 1;
  const own = main.filter((text, i) => /^\p{L}[\p{L}\p{M}'’ʼʻ·]*$/u.test(text) && i % step === 0);
  const marks = main.filter((text) => /^\p{M}$/u.test(text));
  const all = [...own];
  for (const letter of own.slice(0, 3)) for (const mark of marks) all.push(letter + mark, letter + mark + own[3]);
  for (const text of own) if ([...text.normalize("NFC")].length > 1) all.push([...text][0] + "z", text + "a");
  if (locale === "ja") for (const kana of own) if (/\p{Script=Hiragana}/u.test(kana)) all.push(kana + "ー", kana + "ア");
  const upper = all.map((text) => text.toLocaleUpperCase(locale)), title = all.map(([first, ...rest]) => first.toLocaleUpperCase(locale) + rest.join(""));
  all.push(...upper, ...title, ...alphabet, ...otherScripts, ...pairs);
  if (new Intl.Locale(locale).maximize().script === "Latn") all.push(...latin1, ...latin1.map((letter) => letter.toUpperCase()));
  const sorted = [...new Set(all.map((text) => text.normalize("NFC").replaceAll(" ", "_")))].sort((a, b) => order.compare(a.replaceAll("_", " "), b.replaceAll("_", " ")));
  // Of words that are equal the first is enough.
  return sorted.filter((text, i) => i === 0 || order.compare(sorted[i - 1].replaceAll("_", " "), text.replaceAll("_", " ")) < 0).join(" ");
}

const lines = new Map();
for (const locale of fs.readdirSync(path.join(root, "main")).sort()) {
  if (locale === "und") continue;
  const { characters } = Object.values(JSON.parse(fs.readFileSync(path.join(root, "main", locale, "characters.json"))).main)[0];
  const line = words(locale, letters(characters.exemplarCharacters));
  lines.set(line, [...(lines.get(line) ?? []), locale]);
}
console.log(`# The orders of CLDR's locales, as .ci/collations makes them of CLDR ${version} and ICU ${process.versions.icu}; an underline is a space.
# The data are Unicode's, under the Unicode License v3 (https://www.unicode.org/license.txt).`);
for (const [line, locales] of lines) console.log(`${locales.join(" ")}: ${line}`);

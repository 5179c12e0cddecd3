/** Character classes of the language; code points, with a fast path for ASCII. */
const ALPHABETIC = /^\p{Alphabetic}$/u;
const ALPHANUMERIC = /^[\p{Alphabetic}\p{N}]$/u;

const START = new Uint8Array(128);
const CONTINUE = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c);
  if (/[A-Za-z_$]/.test(ch)) START[c] = 1;
  if (/[A-Za-z0-9_$-]/.test(ch)) CONTINUE[c] = 1;
}

export function isIdentStart(codePoint: number): boolean {
  return codePoint < 128 ? START[codePoint] === 1 : ALPHABETIC.test(String.fromCodePoint(codePoint));
}

export function isIdentContinue(codePoint: number): boolean {
  return codePoint < 128 ? CONTINUE[codePoint] === 1 : ALPHANUMERIC.test(String.fromCodePoint(codePoint));
}

export function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

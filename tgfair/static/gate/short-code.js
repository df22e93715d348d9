// The eight characters under the QR code; the same rule as tgfair/core/short_code.py.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const IGNORED = /[\s\u00a0\-\u2010-\u2014_.]/g;

// The code meant by what somebody typed, or null.
export function parseShortCode(text) {
  const code = text.replace(IGNORED, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  const digits = [...code].map((character) => ALPHABET.indexOf(character));
  if (digits.length !== 8 || digits.includes(-1)) return null;
  return check(digits.slice(0, 7)) === digits[7] ? code : null;
}

// Eight letters can be a name too: only a figure, or no blank, makes them a mistyped code.
export function looksLikeCode(text) {
  return /\d/.test(text) && text.replace(IGNORED, "").length >= 6;
}

function check(digits) {
  return digits.reduce((remainder, digit) => {
    const doubled = (remainder ^ digit) << 1;
    return doubled > 31 ? doubled ^ 0b100101 : doubled;
  }, 0);
}

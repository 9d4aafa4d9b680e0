/** Whether digits can be the number of a payment card: its length, its first digit, its check digit. */
export function isLuhn(digits: string): boolean {
  if (!/^(?:3[04-8]|[4-6]|2[2-7])\d{11,17}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

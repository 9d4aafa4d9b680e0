import { AppError } from '../../errors.js';

/** The number itself when it is in E.164, as the API has it. */
export function checkedNumber(flag: string, text: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(text)) return text;
  throw new AppError('usage', `bad ${flag} ${JSON.stringify(text)}: not a number in E.164`, {
    hint: 'it begins with + and the country, without spaces: +13125550100',
  });
}

/** How people write what must not be clicked on, and what they mean by it. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\bh(?:xx|XX|\*\*|__)p(?=s?\W)/gi, 'http'],
  [/\bhxxps(?=\W)/gi, 'https'],
  [/\bfxp(?=s?\W)/gi, 'ftp'],
  [/[[({]\s?:\s?\/\/\s?[\])}]/g, '://'],
  [/(?<=\b(?:https?|ftps?|wss?))\s?(?:[[({]:[\])}]|:)\s?(?:[[({]\/\/[\])}]|\\\/\\\/|\/\/)/gi, '://'],
  [/\s?[[({]\s?(?:\.|dot|punto|punkt)\s?[\])}]\s?/gi, '.'],
  [/\[\.(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}])\.\]|\\\.(?=[\p{L}\p{N}])/gu, '.'],
  [/\s?[[({]\s?(?:@|at)\s?[\])}]\s?/gi, '@'],
  [/[[({]:[\])}]/g, ':'],
]

/** Whether a text may hold anything that is written so; most do not, and are left as they are. */
const mayBeDefanged = /hxxp|h\*\*p|h__p|fxp|[[({]\s?(?:\.|:|@|dot|at|punto|punkt|\/\/)|\.\]|\\[./]/i

/** Takes the disarming out of addresses, names and links: `hxxps[:]//evil[.]example` becomes `https://evil.example`. */
export const refang = (text: string): string =>
  mayBeDefanged.test(text) ? spellings.reduce((plain, [written, meant]) => plain.replace(written, meant), text) : text

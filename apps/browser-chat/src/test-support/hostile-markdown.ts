/** Pieces of Markdown that, if repeated, make some parsers read the same text again and again. */
const pieces = [
  [
    '[',
    '![',
    '[a](',
    '[a](<b',
    '[a](b "c',
    '[a][',
    '[a]: b\n',
    '[a]: <b ',
    '[a\n',
    '![[a]:/',
    '&![*',
  ],
  ['*', '**x', '*a **a ', '*a_ ', '_a*', 'a_', '~a ', '~~a', '***a', '*_'],
  ['`a ', '`a``b```c````d', '``` ', '```\n', '```a\nb\n~~~\n', '\\`', '\\'],
  [
    '>',
    '> ',
    '> a\n',
    '> > a\nb\n',
    '- ',
    '- a\n',
    '- a\n\n\n',
    '- > - > ',
    '1. ',
    '- [ ] a\n',
    '* ',
  ],
  ['|', '|\n', '|a|\n|-', '| a | b |\n', '|:-'],
  [
    '# a\n',
    '#',
    'a\n-\n',
    '-',
    '***\n',
    '    a\n',
    '\n',
    ' ',
    ' \n',
    '\t',
    'a  \n',
    'a!',
    ': *\n![.',
  ],
  [
    '<',
    '<a ',
    '<!--',
    '</',
    '<a@b',
    '<https://a.b>',
    'https://a.b ',
    'https://a.b',
    'www.a',
    'a@b.c ',
  ],
  ['&', '&amp;', '&#x202E;', '\0', '\u0301', '👩‍💻', '台', 'word ', 'w'],
].flat()

/** Returns Markdown of the given length that is hard to parse. */
export function hostileMarkdown(length: number): [name: string, text: string][] {
  const fill = (piece: string, size = length): string =>
    piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
  /** Makes one line or run for each number. */
  const stairs = (step: (count: number) => string): string => {
    let text = ''
    for (let count = 1; text.length < length; count += 1) text += step(count)
    return text.slice(0, length)
  }
  return [
    ...pieces.map((piece): [string, string] => [JSON.stringify(piece), fill(piece)]),
    ['brackets and their ends', fill('[', length / 2) + fill(']', length / 2)],
    ['stars and their ends', `${fill('*', length / 2)}a${fill('*', length / 2)}`],
    ['links with an end at the end', `${fill('[a](')})`],
    ['parentheses', `[a](${fill('(', length / 2)}${fill(')', length / 2)}`],
    ['runs of backticks, each longer', stairs((count) => `${'`'.repeat(count)} `)],
    ['a long run of backticks', fill('`', length / 2) + fill(' a', length / 2)],
    ['quotes in quotes', stairs((count) => `${'>'.repeat(count % 200)} a\n`)],
    ['lists in lists', stairs((count) => `${'  '.repeat(count)}- a\n`)],
    ['lines after a deep quote', `${'>'.repeat(100)}${fill('a\n')}`],
    ['white space before a word', `a${fill(' ')}b`],
    [
      'a table of many columns with many short rows',
      `${fill('|a', length / 4)}|\n${fill('|-', length / 4)}|\n${fill('a\n', length / 2)}`,
    ],
  ]
}

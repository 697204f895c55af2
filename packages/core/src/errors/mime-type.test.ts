import { expect, test } from 'vitest'
import { mimeType } from './mime-type.ts'

const stream = 'text/event-stream'

/** The lines of a header and its type. The facts are from the web platform tests in `fetch/content-type`. */
test.for<[lines: string[], type: string | undefined]>([
  [[stream], stream],
  [[stream, stream], stream],
  [[`${stream}; charset=utf-8`, stream], stream],
  [[stream, `${stream};charset=utf-8`], stream],
  [['', stream], stream],
  [[stream, ''], stream],
  [['text/html', stream], stream],
  [[stream, 'text/html'], 'text/html'],
  [['text/html;charset=gbk', stream, 'text/html'], 'text/html'],
  [[stream, '*/*'], stream],
  [['*/*', stream], stream],
  [[stream, '*/*;charset=gbk'], stream],
  // The comma is a part of the quoted value, even if the quotes are not closed.
  [[`text/html;x=",${stream}`], 'text/html'],
  [['text/html;x="', stream], 'text/html'],
  [['text/html;"', stream], 'text/html'],
  [[`${stream};x="a\\",text/html"`, '*/*'], stream],
  [[`${stream};x="a\\`, ''], stream],
  [['Text/Event-Stream'], stream],
  [[`\t${stream} ;charset=utf-8`], stream],
  [[`${stream};`], stream],
  // A line without a type is skipped.
  [[stream, 'nothing'], stream],
  [[stream, 'text/'], stream],
  [[stream, '/plain'], stream],
  [[stream, 'text /plain'], stream],
  [[stream, 'text/html plain'], stream],
  [[stream, 'text/ht(ml)'], stream],
  [['*/*'], undefined],
  [['text'], undefined],
  [['\u00A0text/event-stream'], undefined],
  [[''], undefined],
])('the type of %o is %s', ([lines, type]) => {
  expect(mimeType(lines.join(', '))).toBe(type)
})

test('many quotes take no time', () => {
  const start = performance.now()
  expect(mimeType(`${stream};x=${'"\\",'.repeat(50_000)}`)).toBe(stream)
  expect(performance.now() - start).toBeLessThan(5_000)
})

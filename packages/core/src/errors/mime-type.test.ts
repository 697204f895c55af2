import { expect, test } from 'vitest'
import { mimeType } from './mime-type.ts'

const stream = 'text/event-stream'

/** One line each, joined as `Headers` joins them. The facts are those of the web platform tests of `fetch/content-type`. */
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
  // The comma is a part of the quoted value, be it closed or not.
  [[`text/html;x=",${stream}`], 'text/html'],
  [['text/html;x="', stream], 'text/html'],
  [['text/html;"', stream], 'text/html'],
  [[`${stream};x="a\\",text/html"`, '*/*'], stream],
  [[`${stream};x="a\\`, ''], stream],
  [['Text/Event-Stream'], stream],
  [[`\t${stream} ;charset=utf-8`], stream],
  [[`${stream};`], stream],
  // What is no type is passed over.
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
])('%o is %s', ([lines, type]) => {
  expect(mimeType(lines.join(', '))).toBe(type)
})

test('takes no longer for more quotes', () => {
  const start = performance.now()
  expect(mimeType(`${stream};x=${'"\\",'.repeat(50_000)}`)).toBe(stream)
  expect(performance.now() - start).toBeLessThan(5_000)
})

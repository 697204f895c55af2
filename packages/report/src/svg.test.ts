import { expect, test } from 'vitest'
import { colors, svg } from './svg.ts'

test('returns a picture with a title, for light and dark pages', async () => {
  const picture = await svg('Bars & <lines>', [
    { data: { values: [{ x: 1 }] }, mark: { type: 'bar', fill: colors.own[0] } },
  ])
  expect(picture).toMatch(/^<svg[^>]* role="img" aria-labelledby="title">/)
  expect(picture).toContain('<title id="title">Bars &amp; &lt;lines></title>')
  expect(picture).toContain(`[fill="${colors.own[0]}"] { fill: ${colors.own[1]}; }`)
})

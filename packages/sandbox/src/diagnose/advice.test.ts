import { expect, test } from 'vitest'
import { adviceFor } from './advice.ts'
import { allHops } from './hops.ts'

test('names the settings of what was seen', () => {
  const [advice] = adviceFor('buffering', ['nginx'])
  expect(advice?.where).toBe('nginx')
  expect(advice?.set).toContain('proxy_buffering off;')
  expect(adviceFor('buffering', ['Caddy']).map(({ where }) => where)).toEqual(['Caddy'])
})

test('names all settings if nothing was seen, or nothing that has a setting', () => {
  const all = adviceFor('buffering', [])
  expect(all.map(({ where }) => where)).toEqual(expect.arrayContaining(['nginx', 'Caddy', 'AWS']))
  expect(adviceFor('buffering', ['Heroku'])).toEqual(all)
})

test('says what the endpoint itself can do', () => {
  expect(adviceFor('idle-limit', ['nginx']).map(({ where }) => where)).toEqual([
    'the endpoint',
    'nginx',
    'Kubernetes ingress with nginx',
  ])
  expect(adviceFor('compression', ['nginx'])[0]?.set).toContain('no-transform')
})

test.each(allHops)('knows a setting of %s', (hop) => {
  const all = (['buffering', 'compression', 'idle-limit'] as const).map(
    (trouble) => adviceFor(trouble, [hop]).length < adviceFor(trouble, []).length,
  )
  // Vercel has no setting for these: its own limits apply.
  expect(all.includes(true)).toBe(hop !== 'Vercel')
})

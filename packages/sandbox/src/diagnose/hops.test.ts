import { expect, test } from 'vitest'
import { type Hop, hopsOf } from './hops.ts'

test.each<[Record<string, string>, Hop[]]>([
  [{}, []],
  [{ server: 'nginx/1.28.0' }, ['nginx']],
  [{ server: 'openresty', via: '1.1 varnish' }, ['nginx', 'Varnish']],
  [{ server: 'Caddy' }, ['Caddy']],
  [{ via: '1.1 Caddy' }, ['Caddy']],
  [{ server: 'cloudflare', 'cf-ray': '8f2-FRA' }, ['Cloudflare']],
  [{ server: 'awselb/2.0' }, ['AWS']],
  [{ 'x-amz-cf-id': 'x' }, ['AWS']],
  [{ 'x-powered-by': 'Express' }, ['Express']],
  [{ 'x-powered-by': 'Next.js', 'x-vercel-id': 'fra1' }, ['Vercel', 'Next.js']],
])('%j shows %j', (headers, hops) => {
  expect(hopsOf(headers)).toEqual(hops)
})

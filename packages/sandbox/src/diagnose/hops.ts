import type { IncomingHttpHeaders } from 'node:http'
import { membersOf } from '../members-of.ts'

/** Something between the client and the server that may buffer, compress or cut. */
export type Hop =
  | 'nginx'
  | 'Caddy'
  | 'Apache'
  | 'HAProxy'
  | 'Envoy'
  | 'Varnish'
  | 'Cloudflare'
  | 'AWS'
  | 'Vercel'
  | 'Heroku'
  | 'Express'
  | 'Next.js'

export const allHops: readonly Hop[] = membersOf<Hop>({
  nginx: true,
  Caddy: true,
  Apache: true,
  HAProxy: true,
  Envoy: true,
  Varnish: true,
  Cloudflare: true,
  AWS: true,
  Vercel: true,
  Heroku: true,
  Express: true,
  'Next.js': true,
})

/** For each hop, the headers that show it, and words in them. */
const signs: Readonly<Record<Hop, readonly (readonly [header: string, words: RegExp])[]>> = {
  nginx: [['server', /nginx|openresty/i]],
  Caddy: [
    ['server', /caddy/i],
    ['via', /caddy/i],
  ],
  Apache: [['server', /apache/i]],
  HAProxy: [['server', /haproxy/i]],
  Envoy: [
    ['server', /envoy/i],
    ['x-envoy-upstream-service-time', /^/],
  ],
  Varnish: [
    ['via', /varnish/i],
    ['x-varnish', /^/],
  ],
  Cloudflare: [
    ['server', /cloudflare/i],
    ['cf-ray', /^/],
  ],
  AWS: [
    ['server', /awselb|cloudfront/i],
    ['via', /cloudfront/i],
    ['x-amz-cf-id', /^/],
    ['x-amzn-requestid', /^/],
    ['x-amz-apigw-id', /^/],
  ],
  Vercel: [
    ['server', /vercel/i],
    ['x-vercel-id', /^/],
  ],
  Heroku: [
    ['server', /heroku/i],
    ['via', /heroku|vegur/i],
  ],
  Express: [['x-powered-by', /express/i]],
  'Next.js': [['x-powered-by', /next\.js/i]],
}

/** Returns what the headers of a response show. Proxies that hide themselves are missing. */
export function hopsOf(headers: IncomingHttpHeaders): Hop[] {
  return allHops.filter((hop) =>
    signs[hop].some(([name, words]) => {
      const value = headers[name]
      return value !== undefined && words.test(String(value))
    }),
  )
}

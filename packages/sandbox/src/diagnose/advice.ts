import type { Hop } from './hops.ts'

/** What to set somewhere. */
export interface Advice {
  /** Such as `nginx`. */
  readonly where: string
  /** Such as `proxy_buffering off;`. */
  readonly set: string
}

/** What can be wrong on the way. */
export type Trouble = 'buffering' | 'compression' | 'idle-limit'

interface Place {
  readonly where: string
  /** The hops whose settings these are. */
  readonly hops: readonly Hop[]
  readonly set: Readonly<Partial<Record<Trouble, string>>>
}

const places: readonly Place[] = [
  {
    where: 'nginx',
    hops: ['nginx'],
    set: {
      buffering:
        '`proxy_buffering off;` in the location of the endpoint. With `X-Accel-Buffering: no`, which ' +
        "VecTrade's handlers send, nginx needs nothing, unless `proxy_ignore_headers` names that header",
      compression:
        '`gzip off;` in the location of the endpoint, or no `text/event-stream` (and no `*`) in `gzip_types`',
      'idle-limit': '`proxy_read_timeout 1h;` in the location of the endpoint (default: 60 s)',
    },
  },
  {
    where: 'Kubernetes ingress with nginx',
    hops: ['nginx'],
    set: {
      buffering: 'the annotation `nginx.ingress.kubernetes.io/proxy-buffering: "off"`',
      'idle-limit': 'the annotation `nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"`',
    },
  },
  {
    where: 'Caddy',
    hops: ['Caddy'],
    set: {
      buffering: '`flush_interval -1` in `reverse_proxy`, and no `response_buffers`',
      compression: 'a matcher for `encode` that leaves the endpoint out',
      'idle-limit':
        'no `read_timeout` in `transport http`, and no `stream_timeout` in `reverse_proxy`',
    },
  },
  {
    where: 'Apache',
    hops: ['Apache'],
    set: {
      buffering: '`flushpackets=on` at the `ProxyPass` of the endpoint',
      compression: '`SetEnvIf Request_URI "^/path/of/the/endpoint" no-gzip`',
      'idle-limit': '`timeout=3600` at the `ProxyPass` of the endpoint (default: `ProxyTimeout`)',
    },
  },
  {
    where: 'HAProxy',
    hops: ['HAProxy'],
    set: {
      buffering: '`option http-no-delay`',
      compression: 'no `text/event-stream` in `compression type`',
      'idle-limit': 'a longer `timeout server` and `timeout client`',
    },
  },
  {
    where: 'Envoy',
    hops: ['Envoy'],
    set: {
      compression: 'no `text/event-stream` in `content_type` of the compressor',
      'idle-limit': '`stream_idle_timeout` (default: 5 min), and `timeout: 0s` in the route',
    },
  },
  {
    where: 'Varnish',
    hops: ['Varnish'],
    set: {
      buffering: '`return (pipe)` in `vcl_recv`, or `beresp.do_stream = true`, for the endpoint',
      compression: '`set beresp.do_gzip = false` for the endpoint',
      'idle-limit': 'a longer `between_bytes_timeout` (default: 60 s)',
    },
  },
  {
    where: 'Cloudflare',
    hops: ['Cloudflare'],
    set: {
      buffering:
        'Response Buffering off. A Worker on the way must return `response.body`, not read it',
      compression: '`Cache-Control: no-transform` in the response, or a rule without compression',
      'idle-limit':
        'nothing: after about 100 s without a byte it gives up. Send heartbeats more often',
    },
  },
  {
    where: 'AWS',
    hops: ['AWS'],
    set: {
      buffering:
        'for API Gateway and Lambda, response streaming. A load balancer (ALB) does not buffer',
      compression: 'for CloudFront, a cache policy without compression',
      'idle-limit':
        'the idle timeout of the load balancer (`idle_timeout.timeout_seconds`, default: 60), and the ' +
        'response timeout of the origin in CloudFront (default: 30 s)',
    },
  },
  {
    where: 'Heroku',
    hops: ['Heroku'],
    set: { 'idle-limit': 'nothing: after 55 s without a byte it gives up. Send heartbeats' },
  },
  {
    where: 'Express',
    hops: ['Express'],
    set: {
      buffering:
        'the middleware `compression` must come after the endpoint, or leave it out with `filter`',
      compression:
        'the middleware `compression` must come after the endpoint, or leave it out with `filter`. By ' +
        'itself, it leaves out responses with `Cache-Control: no-transform`',
    },
  },
  {
    where: 'Next.js',
    hops: ['Next.js'],
    set: {
      buffering: '`compress: false` in `next.config`, and a route handler that returns the stream',
      compression: '`compress: false` in `next.config`',
    },
  },
]

const endpoint: Readonly<Record<Trouble, Advice | undefined>> = {
  buffering: undefined,
  compression: {
    where: 'the endpoint',
    set: "`Cache-Control: no-cache, no-transform`, which VecTrade's handlers send",
  },
  'idle-limit': {
    where: 'the endpoint',
    set: 'heartbeats well within the limit: the option `heartbeat` of `createHandler`, `createLiveHandler` and `toResponse` (ms, default 15 000)',
  },
}

/** Returns what to set. Names only the hops that were seen. If none of them has a setting for this, it names all. */
export function adviceFor(trouble: Trouble, hops: readonly Hop[]): Advice[] {
  const known = places.flatMap(({ where, hops: own, set }) => {
    const text = set[trouble]
    return text === undefined ? [] : [{ advice: { where, set: text }, own }]
  })
  const seen = known.filter(({ own }) => own.some((hop) => hops.includes(hop)))
  const own = endpoint[trouble]
  return [
    ...(own === undefined ? [] : [own]),
    ...(seen.length > 0 ? seen : known).map(({ advice }) => advice),
  ]
}

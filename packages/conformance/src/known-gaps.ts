/** Cases that are not run on some runtimes. */
interface KnownGap {
  runtimes: RegExp
  cases: RegExp
  reason: string
}

/** Every gap has its reason here, and the run fails on one that is not, or no longer, there. */
export const knownGaps: readonly KnownGap[] = [
  {
    runtimes: /^(Chromium|Firefox|WebKit)/,
    cases: /^serving: /,
    reason: 'a page serves nobody',
  },
  {
    runtimes: /^(Chromium|Firefox|WebKit)/,
    cases: /^keys: /,
    reason: 'a page has no key: it asks an endpoint, which adds it',
  },
  {
    runtimes: /^(Chromium|Firefox|WebKit)/,
    cases: /^redirects: .* to the same origin is followed$/,
    reason: 'fetch does not tell pages where a redirect leads: it is an error that says so',
  },
  {
    runtimes: /^(Deno|Cloudflare workerd)/,
    cases: /^serving: .*(before there is an answer, FIN|having come behind its head, RST)$/,
    reason:
      'its server finds out with the next write that a caller is gone: the first byte (`firstByteAfter`) or a heartbeat',
  },
  {
    runtimes: /^Deno/,
    cases: /^letting go: .*though it was cloned$/,
    reason:
      'after a garbage collection its fetch no longer hears that its signal is aborted: a clone that is read on keeps the connection',
  },
  {
    runtimes: /^Vercel edge-runtime$/,
    cases: /^serving: /,
    reason:
      'the VM has no server of its own: it calls a handler and reads the body, as the tests of `@vectrade/edge` do',
  },
  {
    runtimes: /^WebKit$/,
    cases: /^resuming: the event ID [^a-z]/,
    reason: 'its fetch encodes the bytes of a header once more, as UTF-8',
  },
  {
    runtimes: /^(Firefox|WebKit)$/,
    cases: /^backpressure: a reader that stops reading stops the server$/,
    reason:
      'its fetch reads on when nobody reads: what a server sends is kept in memory (30 MB were, and in WebKit the page stood still)',
  },
]

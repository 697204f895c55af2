/** Cases that are not run on some runtimes. */
interface KnownGap {
  runtimes: RegExp
  cases: RegExp
  reason: string
}

/**
 * The cases that are not run, with the reasons. A test fails if a case is missing here, or if it
 * does run.
 */
export const knownGaps: readonly KnownGap[] = [
  {
    runtimes: /^(Chromium|Firefox|WebKit)/,
    cases: /^(serving( live)?|sources: served): /,
    reason: 'a page does not serve requests',
  },
  {
    runtimes: /^(Chromium|Firefox|WebKit|Vercel edge-runtime)/,
    cases: /^live: WebSocket: /,
    reason:
      'it cannot send the key with the handshake of a WebSocket, so the SDK has live data there from an endpoint or over Server-Sent Events',
  },
  {
    runtimes: /^(Chromium|Firefox|WebKit)/,
    cases: /^keys: /,
    reason: 'a page has no key. It calls an endpoint, which adds the key',
  },
  {
    runtimes: /^(Chromium|Firefox|WebKit)/,
    cases: /^redirects: .* to the same origin is followed$/,
    reason:
      'fetch does not tell a page where a redirect leads, so the call fails with an error that says so',
  },
  {
    runtimes: /^(Deno|Cloudflare workerd)/,
    cases: /^serving: .*(before there is an answer, FIN|its body after its head, RST)$/,
    reason:
      'its server notices only at the next write that a caller has gone. That is the first byte (`firstByteAfter`) or a heartbeat',
  },
  {
    runtimes: /^Cloudflare workerd$/,
    cases: /^serving live: (another reader |a reader that (comes back|leaves) )/,
    reason:
      'a request cannot use what another request has opened. A feed that readers share ends with the request that has opened it',
  },
  {
    runtimes: /^Deno/,
    cases: /^letting go: .*though it was cloned$/,
    reason:
      'after a garbage collection, its fetch does not notice that its signal is aborted, so a clone that is still being read keeps the connection open',
  },
  {
    runtimes: /^Vercel edge-runtime$/,
    cases: /^(serving( live)?|sources: served): /,
    reason: 'the VM has no server. The tests of `@vectrade/edge` call a handler and read the body',
  },
  {
    runtimes: /^WebKit$/,
    cases: /^resuming: the event ID [^a-z]/,
    reason: 'its fetch encodes the bytes of a header as UTF-8 a second time',
  },
  {
    runtimes: /^(Firefox|WebKit)$/,
    cases: /^backpressure: a reader that stops reading stops the server$/,
    reason:
      'its fetch continues to read when the page does not, and keeps everything in memory (30 MB in a test, in which the WebKit page froze)',
  },
]

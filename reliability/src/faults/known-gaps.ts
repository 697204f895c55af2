/** A promise that a platform cannot keep. */
export interface KnownGap {
  readonly platforms: RegExp
  /** By their names: see `nameOf`. */
  readonly cells: RegExp
  readonly reason: string
  /** The beginning of the failure's text. */
  readonly instead: string
}

/** Every gap has its reason here; one that is in none of its cells any more fails the test. */
export const knownGaps: readonly KnownGap[] = [
  {
    platforms: /^Node/,
    cells: /^1xx flood, one 100 Continue(, analyze|, resume)?: before headers$/,
    reason: 'its fetch closes the connection when it gets a 100 without asking for it',
    instead: 'ConnectionError',
  },
  {
    platforms: /^workerd$/,
    cells: /^1xx flood, one .*: before headers$/,
    reason: 'its fetch treats an interim response as the final one: the answer has status 103',
    instead: 'StreamProtocolError',
  },
  {
    platforms: /^Node 22$/,
    cells: /^(gzip|br) stream, spoilt.*: (after headers|first event|mid event)$/,
    reason:
      'its fetch does not report that a body could not be decoded: `heartbeatTimeout` ends the call',
    instead: 'TimeoutError (heartbeat)',
  },
]

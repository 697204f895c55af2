/** What a platform cannot hold. */
export interface KnownGap {
  readonly runtimes: RegExp
  /** By their names: see `nameOf`. */
  readonly cells: RegExp
  readonly reason: string
  /** How what is seen begins. */
  readonly instead: string
}

/** Every gap has its reason here; one that is in none of its cells any more fails the test. */
export const knownGaps: readonly KnownGap[] = [
  {
    runtimes: /^Node/,
    cells: /^1xx flood, one 100 Continue(, analyze|, resume)?: before headers$/,
    reason: 'its fetch closes the connection at a 100 that it has not asked for',
    instead: 'ConnectionError',
  },
  {
    runtimes: /^workerd$/,
    cells: /^1xx flood, one .*: before headers$/,
    reason: 'its fetch takes an interim response for the response: 103 is the status of the answer',
    instead: 'StreamProtocolError',
  },
  {
    runtimes: /^Node 22$/,
    cells: /^(gzip|br) stream, spoilt.*: (after headers|first event|mid event)$/,
    reason:
      'its fetch does not tell that a body could not be decoded: `heartbeatTimeout` ends the call',
    instead: 'TimeoutError (heartbeat)',
  },
]

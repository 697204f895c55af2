/** A promise that a platform cannot keep. */
export interface KnownGap {
  readonly platforms: RegExp
  /** Matches the names of its cells: see `nameOf`. */
  readonly cells: RegExp
  readonly reason: string
  /** The beginning of the failure's text. */
  readonly instead: string
  /** Whether it depends on time, so that a busy machine may hide it. */
  readonly isRace?: true
}

/** All known gaps. The test fails if a gap that is no race shows in none of its cells. */
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
    isRace: true,
  },
]

import type { ReplayLimits } from './live-replay.ts'
import type { LiveUpstream, ReplayProblem, SharedReplay } from './live-upstream.ts'

/** Reads what has come after a shared id, or why that is not possible. Never rejects. */
export async function readMissed(
  upstream: LiveUpstream,
  sharedId: string,
  symbols: readonly string[],
  { replay, onReplayFailure }: { replay: ReplayLimits; onReplayFailure: (error: unknown) => void },
): Promise<SharedReplay | ReplayProblem> {
  try {
    const missed = await upstream.replay(sharedId, symbols, replay.events)
    // A reader that comes back must not take more memory here than the history does.
    const isTooLong = typeof missed !== 'string' && missed.events.length > replay.events
    return isTooLong ? 'expired' : missed
  } catch (error) {
    onReplayFailure(error)
    return 'unknown'
  }
}

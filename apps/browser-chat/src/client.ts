import { VecTrade } from '@vectrade/browser'

/** The client for everything on the page. */
export const client: VecTrade = new VecTrade({
  endpoint: '/api/analyze',
  liveURL: '/api/live',
  // A person is waiting. After a longer time than this, they decide whether to ask again.
  maxRetryAfter: 3_000,
})

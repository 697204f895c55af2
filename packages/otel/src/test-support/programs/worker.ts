// A Worker that makes calls to the sandbox in SANDBOX_URL, and answers with what is recorded as JSON.
import { makeCalls } from '../make-calls.ts'

export default {
  async fetch(_: Request, env: { SANDBOX_URL: string; SANDBOX_KEY: string }): Promise<Response> {
    return Response.json(await makeCalls(env.SANDBOX_URL, env.SANDBOX_KEY))
  },
}

import type { Serve } from '../options.ts'

/** Serves a handler while a case uses it. */
export async function whileServedBy(
  serve: Serve,
  handler: Parameters<Serve>[0],
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = await serve(handler)
  try {
    await use(server.url)
  } finally {
    await server[Symbol.asyncDispose]()
  }
}

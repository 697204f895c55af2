// The parts of Bun that the adapter uses. Bun's own declarations conflict with Node's.
declare module 'bun:test' {
  export function test(name: string, run: () => Promise<void>, timeout: number): void
}

declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    fetch: (request: Request) => Promise<Response>
  }): { url: URL; stop(closeActiveConnections: boolean): Promise<void> }
}

// Makes `listen(3000)` in an example take any free port, and tells the port to the test.
import { Server } from 'node:net'
import process from 'node:process'

// oxlint-disable-next-line typescript/unbound-method -- called with its server below
const { listen } = Server.prototype

Server.prototype.listen = function listenAnywhere(this: Server, ...args: unknown[]): Server {
  this.once('listening', () => process.send?.(this.address()))
  const [where, ...rest] = args
  const anywhere = typeof where === 'object' ? { ...where, port: 0 } : 0
  return Reflect.apply(listen, this, [anywhere, ...rest]) as Server
}

// Does the same for the servers of Deno and Bun.
type Serve = (options: object, handler?: unknown) => { port?: number }
const { Deno, Bun } = globalThis as { Deno?: { serve: Serve }; Bun?: { serve: Serve } }
const tell = (address: unknown): unknown => process.send?.(address)
if (Deno) {
  const { serve } = Deno
  Deno.serve = (options, handler) => {
    return serve({ ...options, port: 0, onListen: tell }, handler)
  }
}
if (Bun) {
  const { serve } = Bun
  Bun.serve = (options) => {
    const server = serve({ ...options, port: 0 })
    tell({ port: server.port, family: 'IPv4' })
    return server
  }
}

// Lets an example's `listen(3000)` take any free port, and tells the test which.
import { Server } from 'node:net'

// oxlint-disable-next-line typescript/unbound-method -- it is called with its server below
const { listen } = Server.prototype

Server.prototype.listen = function listenAnywhere(this: Server, ...args: unknown[]): Server {
  this.once('listening', () => process.send?.(this.address()))
  const [where, ...rest] = args
  const anywhere = typeof where === 'object' ? { ...where, port: 0 } : 0
  return Reflect.apply(listen, this, [anywhere, ...rest]) as Server
}

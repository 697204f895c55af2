// Stands in for VecTrade's WebSocket of quotes. Argument: the number before the first quote of each symbol.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { type WebSocket, WebSocketServer } from 'ws'
import { serveCalls } from '../../program.ts'
import { burstSymbol, numberedQuote, steadySymbols } from '../numbered-quote.ts'

const numbers = new Map<string, number>()
/** The symbols that each connection has subscribed to. */
const subscriptions = new Map<WebSocket, Set<string>>()

function send(socket: WebSocket, symbol: string): void {
  socket.send(JSON.stringify(numberedQuote(symbol, numbers.get(symbol) ?? 0)))
}

function change(symbol: string): void {
  numbers.set(symbol, (numbers.get(symbol) ?? 0) + 1)
  for (const [socket, symbols] of subscriptions) if (symbols.has(symbol)) send(socket, symbol)
}

for (const symbol of [...steadySymbols, burstSymbol]) numbers.set(symbol, Number(process.argv[2]))

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws/v1/quotes' })
server.on('connection', (socket) => {
  const symbols = new Set<string>()
  subscriptions.set(socket, symbols)
  socket.on('error', () => {})
  socket.on('close', () => subscriptions.delete(socket))
  socket.on('message', (data: Buffer) => {
    const request = JSON.parse(data.toString()) as { action: string; symbols: string[] }
    for (const symbol of request.symbols) {
      if (request.action === 'unsubscribe') symbols.delete(symbol)
      else send(socket, symbol)
      if (request.action === 'subscribe') symbols.add(symbol)
    }
  })
})
await once(server, 'listening')

let next = 0
let timer: NodeJS.Timeout | undefined

serveCalls({
  port: () => (server.address() as AddressInfo).port,
  /** Changes one symbol after the other. @param interval ms between two changes */
  begin(interval: number) {
    timer = setInterval(() => {
      change(steadySymbols[next % steadySymbols.length]!)
      next += 1
    }, interval)
  },
  /** Whether someone follows the burst. */
  isBurstFollowed: () => [...subscriptions.values()].some((symbols) => symbols.has(burstSymbol)),
  burst(count: number) {
    for (let at = 0; at < count; at += 1) change(burstSymbol)
  },
  /** Stops all changes. */
  stop: () => clearInterval(timer),
  /** Returns the number of the last quote of each symbol. */
  last: () => Object.fromEntries(numbers),
  open: () => subscriptions.size,
})

import Link from 'next/link'
import { Chat } from './chat'

/** A server component. Only the chat in it runs in the browser. */
export default function Page() {
  return (
    <main>
      <h1>Ask about a stock</h1>
      <p>
        A route on Node answers, and stores the answer: it survives a reload. There is also{' '}
        <Link href="/guide">the route of VecTrade’s guide</Link>.
      </p>
      <Chat endpoint="/api/analyze" />
    </main>
  )
}

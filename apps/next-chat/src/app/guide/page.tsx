import Link from 'next/link'
import { Chat } from '../chat'

export default function Page() {
  return (
    <main>
      <h1>The guide’s route</h1>
      <p>
        The route of VecTrade’s guide answers, on the edge runtime. It stores nothing, so a reload
        ends the answer. <Link href="/">The other route</Link> stores it.
      </p>
      <Chat endpoint="/api/guide" />
    </main>
  )
}

'use client'

import { useAnalysis } from '@vectrade/react'
import { useEffect } from 'react'
import { Answer } from './answer'

/** Asks questions at an endpoint, and shows the last one with its answer as it streams. */
export function Chat({ endpoint }: { endpoint: string }) {
  const analysis = useAnalysis({ endpoint })
  const { status, ask, stop, retry, resume } = analysis
  const isRunning = status === 'waiting' || status === 'streaming'
  useEffect(() => void resume(), [resume])

  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const prompt = new FormData(event.currentTarget).get('prompt')
          if (typeof prompt === 'string' && prompt.trim() !== '') void ask(prompt)
        }}
      >
        <label htmlFor="prompt">Your question</label>
        <input id="prompt" name="prompt" defaultValue="What's the bull case for NVDA?" />
        {isRunning ? (
          // The second click of a double click on Ask must not stop the answer.
          <button key="stop" type="button" onClick={({ detail }) => detail < 2 && void stop()}>
            Stop
          </button>
        ) : (
          <button key="ask">Ask</button>
        )}
      </form>
      {status !== 'idle' && <Answer analysis={analysis} onRetry={retry} />}
    </>
  )
}

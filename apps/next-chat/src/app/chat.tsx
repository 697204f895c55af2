'use client'

import { useAnalysis } from '@vectrade/react'
import { type SubmitEvent, useEffect } from 'react'
import { Answer } from './answer'

/** Asks questions at an endpoint, and shows the last one with its answer as it streams. */
export function Chat({ endpoint }: { endpoint: string }) {
  const analysis = useAnalysis({ endpoint, key: endpoint })
  const { status, ask, stop, retry, resume } = analysis
  const isRunning = status === 'waiting' || status === 'streaming'
  useEffect(() => void resume(), [resume])

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const prompt = new FormData(event.currentTarget).get('prompt')
    if (typeof prompt === 'string' && prompt.trim() !== '') void ask(prompt)
  }
  return (
    <>
      <form onSubmit={onSubmit}>
        <label htmlFor="prompt">Your question</label>
        <input id="prompt" name="prompt" defaultValue="What's the bull case for NVDA?" />
        {isRunning ? (
          <button key="stop" type="button" onClick={stop}>
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

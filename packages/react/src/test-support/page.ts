// The script of the test's page. See site.ts.
import { type AnalysisSnapshot, type LiveSnapshot, VecTrade } from '@vectrade/browser'
import * as React from 'react'
import { createElement, type ReactElement, StrictMode, useEffect } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { type AnalysisActions, useAnalysis, useLive } from '../index.ts'

/** The part of a page that is used here. The DOM's own types clash with Node's types. */
interface Page {
  document: { getElementById(id: string): (Parameters<typeof createRoot>[0] & Html) | null }
  requestAnimationFrame(work: () => void): number
}

interface Html {
  innerHTML: string
  textContent: string
}

const page = globalThis as unknown as Page

export interface AnswerProps {
  endpoint: string
  prompt: string
  /** Whether to resume the answer instead of asking. */
  resumes?: boolean
  /** Whether it is in a hidden or a visible `<Activity>`, which only React 19 has. */
  activity?: 'hidden' | 'visible'
}

export interface QuotesProps {
  symbols: string[]
}

/** What the components have done. */
const seen = {
  renders: 0,
  events: 0,
  /** The events of a type of the page's own. */
  prices: [] as number[],
  frames: 0,
  texts: [] as string[],
  answer: undefined as (AnalysisSnapshot & AnalysisActions) | undefined,
  live: undefined as LiveSnapshot | undefined,
}

const events = { price: true } as const

function Answer({ endpoint, prompt, resumes = false }: AnswerProps): ReactElement {
  const answer = useAnalysis({
    endpoint,
    events,
    onEvent: (event) => {
      seen.events += 1
      if (event.type === 'price') seen.prices.push(Number(event['amount']))
    },
  })
  const { ask, resume, status, text } = answer
  seen.renders += 1
  seen.answer = answer
  if (seen.texts.at(-1) !== text) seen.texts.push(text)
  useEffect(() => {
    void (resumes ? resume() : ask(prompt))
  }, [ask, prompt, resume, resumes])
  return createElement('p', { title: status }, text)
}

const client = new VecTrade({ endpoint: '/api/live' })

function Quotes({ symbols }: QuotesProps): ReactElement {
  const live = useLive({ client, symbols: symbols.map((symbol) => symbol.toUpperCase()) })
  seen.renders += 1
  seen.live = live
  return createElement(
    'output',
    null,
    live.symbols.map((symbol) => `${symbol} ${live.quotes[symbol]?.price}`).join(),
  )
}

const components: Record<'Answer' | 'Quotes', unknown> = { Answer, Quotes }

let root: Root | undefined

const container = (): Parameters<typeof createRoot>[0] & Html => {
  const element = page.document.getElementById('root')
  if (element === null) throw new Error('The page has no root')
  return element
}

function elementOf(name: keyof typeof components, props: Partial<AnswerProps>): ReactElement {
  const element = createElement(components[name] as () => ReactElement, props)
  const { activity: mode } = props
  // By its name, because React 18 exports no such thing.
  const inner = mode ? createElement(React['Activity'], { mode, children: element }) : element
  return createElement(StrictMode, null, inner)
}

export const lab = {
  /** Renders a component, in StrictMode. */
  render(name: keyof typeof components, props: object): void {
    root ??= createRoot(container())
    root.render(elementOf(name, props))
  },

  /** Renders a component as a server does, and then hydrates it. Returns the HTML of the server. */
  hydrate(name: keyof typeof components, props: object): string {
    const html = renderToString(elementOf(name, props))
    container().innerHTML = html
    root = hydrateRoot(container(), elementOf(name, props))
    return html
  },

  unmount(): void {
    root?.unmount()
    root = undefined
  },

  shown: (): string => container().textContent,

  seen: (): object => {
    const { answer, live, texts, ...counts } = seen
    return {
      ...counts,
      // Each text must continue the one before.
      isGrowing: texts.every((text, at) => text.startsWith(texts[at - 1] ?? '')),
      status: answer?.status,
      text: answer?.text,
      state: live?.state,
      error: String(answer?.error ?? live?.error ?? ''),
    }
  },

  act: (action: 'stop' | 'retry' | 'resume'): void => void seen.answer?.[action](),

  /** Counts frames from now on. */
  countFrames(): void {
    seen.frames += 1
    page.requestAnimationFrame(() => lab.countFrames())
  },
}

Object.assign(globalThis, { lab })

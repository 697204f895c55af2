import type { Announce } from './announcer.ts'
import { AnswerView } from './answer-view.ts'
import { copyText } from './copy-text.ts'
import { facts } from './facts.ts'
import { showProblem } from './problem-view.ts'
import { createSource } from './source-link.ts'
import { isRunning, type Turn } from './turn.ts'

/** The most sources that one frame adds. */
const mostSources = 500

/** A question and its answer on the page: a copy of the template in index.html. */
export class TurnView {
  readonly element: HTMLElement
  readonly #announce: Announce
  readonly #answer: AnswerView
  readonly #onRetry: (() => void) | undefined
  #status: Turn['status'] | undefined
  /** The number of sources that are shown. */
  #sources = 0

  /** @param onRetry undefined if the question cannot be asked again */
  constructor(question: string, announce: Announce, onRetry: (() => void) | undefined) {
    const template = document.querySelector<HTMLTemplateElement>('#turn')
    this.element = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
    this.#announce = announce
    this.#onRetry = onRetry
    this.#answer = new AnswerView(this.#part('answer'), announce)
    this.element.ariaLabel = `Answer to: ${question}`
    this.#part('question').textContent = question
  }

  /**
   * Shows the current turn, or as much more of it as one frame can show.
   *
   * @returns whether the whole turn is shown now
   */
  update(turn: Turn): boolean {
    this.#showModel(turn)
    // A screen reader hears the status before the first paragraph.
    if (isRunning(turn) && turn.status !== this.#status) this.#enter(turn)
    const isEnded = !isRunning(turn) && turn.status === this.#status
    const isShown = isEnded || this.#answer.update(turn)
    const isAll = this.#showSources(turn) && isShown
    // Lines may break between facts, but not within them.
    const unbroken = facts(turn).map((fact) => fact.replaceAll(' ', '\u00A0'))
    this.#part('facts').textContent = unbroken.join(' · ')
    if (isAll && turn.status !== this.#status) this.#enter(turn)
    return isAll
  }

  #showModel({ model = '', simulated, isElsewhere }: Turn): void {
    const badge = this.#part('badge')
    if ((simulated || isElsewhere) && badge.hidden) {
      badge.hidden = false
      badge.textContent = simulated ? 'Simulated' : 'Not VecTrade'
      this.#announce(simulated ? 'This answer is simulated.' : 'VecTrade does not answer here.')
    }
    this.#part('model').textContent = model
  }

  #showSources({ sources }: Turn): boolean {
    const next = sources.slice(this.#sources, this.#sources + mostSources)
    this.#sources += next.length
    this.#part('source-list').append(...next.map(createSource))
    this.#part('sources').hidden = sources.length === 0
    return this.#sources === sources.length
  }

  #enter(turn: Turn): void {
    this.#status = turn.status
    this.element.dataset['status'] = turn.status
    this.#part('status').textContent = statusInWords(turn)
    if (!isRunning(turn)) this.#end(turn)
    this.#announce(inWords(turn))
  }

  #end(turn: Turn): void {
    this.#answer.end(turn, turn.status === 'complete')
    if (turn.problem) {
      showProblem(this.#part('problem'), turn.problem, this.#announce, this.#onRetry)
    }
    const again = this.#part('again')
    again.hidden = turn.status !== 'stopped' || this.#onRetry === undefined
    again.addEventListener('click', () => this.#onRetry?.())
    const copy = this.#part('copy')
    // A page over plain http has no clipboard.
    copy.hidden = turn.text === '' || !('clipboard' in navigator)
    copy.addEventListener('click', () => {
      void navigator.clipboard.writeText(copyText(turn)).then(
        () => this.#say(copy, 'Copied'),
        () => this.#say(copy, 'Not copied'),
      )
    })
  }

  #say(button: HTMLElement, words: string): void {
    button.textContent = words
    this.#announce(words)
    setTimeout(() => (button.textContent = 'Copy'), 2_000)
  }

  #part(name: string): HTMLElement {
    return this.element.querySelector(`[data-part='${name}']`) as HTMLElement
  }
}

const label: Record<Turn['status'], string> = {
  idle: '',
  waiting: 'Thinking',
  streaming: 'Answering',
  complete: '',
  stopped: 'Stopped',
  failed: '',
}

function statusInWords({ status, text, isResumed }: Turn): string {
  if (status === 'waiting' && isResumed) return 'Coming back to the answer'
  return status === 'complete' && text.trim() === '' ? 'The answer has no text' : label[status]
}

function inWords(turn: Turn): string {
  const { status, sources, problem } = turn
  if (problem) return `${problem.title}. ${problem.advice}`
  const words = statusInWords(turn)
  if (words !== '' || status !== 'complete') return words
  return sources.length === 0 ? 'Answered' : `Answered, sources: ${sources.length}`
}

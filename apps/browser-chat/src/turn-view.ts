import type { Announce } from './announcer.ts'
import { AnswerView } from './answer-view.ts'
import { copyText } from './copy-text.ts'
import { facts } from './facts.ts'
import { showProblem } from './problem-view.ts'
import { createSource } from './source-link.ts'
import { isLive, type Turn } from './turn.ts'

/** The most sources that one frame adds. */
const mostSources = 500

/** A question and its answer on the page: a copy of the template in index.html. */
export class TurnView {
  readonly element: HTMLElement
  readonly #announce: Announce
  readonly #answer: AnswerView
  readonly #onRetry: (() => void) | undefined
  #phase: Turn['phase'] | undefined
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
    // A screen reader hears the phase before the first paragraph.
    if (isLive(turn) && turn.phase !== this.#phase) this.#enter(turn)
    const isEnded = !isLive(turn) && turn.phase === this.#phase
    const isShown = isEnded || this.#answer.update(turn)
    const isAll = this.#showSources(turn) && isShown
    // Lines may break between facts, but not within them.
    const unbroken = facts(turn).map((fact) => fact.replaceAll(' ', '\u00A0'))
    this.#part('facts').textContent = unbroken.join(' · ')
    if (isAll && turn.phase !== this.#phase) this.#enter(turn)
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
    this.#phase = turn.phase
    this.element.dataset['phase'] = turn.phase
    this.#part('phase').textContent = phaseOf(turn)
    if (!isLive(turn)) this.#end(turn)
    this.#announce(inWords(turn))
  }

  #end(turn: Turn): void {
    this.#answer.end(turn, turn.phase === 'done')
    if (turn.problem) {
      showProblem(this.#part('problem'), turn.problem, this.#announce, this.#onRetry)
    }
    const again = this.#part('again')
    again.hidden = turn.phase !== 'stopped' || this.#onRetry === undefined
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

const label: Record<Turn['phase'], string> = {
  waiting: 'Thinking',
  streaming: 'Answering',
  done: '',
  stopped: 'Stopped',
  failed: '',
}

function phaseOf({ phase, text, resumed }: Turn): string {
  if (phase === 'waiting' && resumed !== undefined) return 'Coming back to the answer'
  return phase === 'done' && text.trim() === '' ? 'The answer has no text' : label[phase]
}

function inWords(turn: Turn): string {
  const { phase, sources, problem } = turn
  if (problem) return `${problem.title}. ${problem.advice}`
  const words = phaseOf(turn)
  if (words !== '' || phase !== 'done') return words
  return sources.length === 0 ? 'Answered' : `Answered, sources: ${sources.length}`
}

import { chartFigure } from './chart-figure.ts'
import type { Event } from '../events.ts'

/** Shows the events of an answer, in the order in which they come. */
export class AnswerView {
  readonly #root: HTMLElement
  /** The paragraph that text is added to. */
  #paragraph: HTMLElement | undefined

  constructor(root: HTMLElement) {
    this.#root = root
  }

  clear(): void {
    this.#root.replaceChildren()
    this.#paragraph = undefined
  }

  /** Adds an event. Those of the program's own types are typed by their validators. */
  add(event: Event): void {
    switch (event.type) {
      case 'text':
        this.#paragraph ??= this.#append(document.createElement('p'))
        this.#paragraph.append(event.content)
        break
      case 'chart':
        this.#append(chartFigure(event))
        this.#paragraph = undefined
        break
      case 'risk':
        this.#append(document.createElement('p')).append(`Risk: ${event.level}. ${event.reason}`)
        this.#paragraph = undefined
        break
      case 'metadata':
        if (event.model) this.#append(document.createElement('p')).append(`Model: ${event.model}`)
        break
      default:
      // This page shows no citations, and no events of types that it does not know.
    }
  }

  #append(element: HTMLElement): HTMLElement {
    this.#root.append(element)
    return element
  }
}

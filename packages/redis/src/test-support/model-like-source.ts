import { setTimeout as delay } from 'node:timers/promises'
import type { AnalysisRequest, StreamEvent } from '@vectrade/core'
import { seeded } from '@vectrade/test-kit/seeded'
import { piece } from './upstream.ts'

/** The number of pieces of each answer. */
export const piecesOfAnswer = 60

/** Answers like a model: bursts of pieces with pauses between them. The prompt decides where the pauses are. */
export async function* modelLikeSource({ prompt }: AnalysisRequest): AsyncGenerator<StreamEvent> {
  const random = seeded(Number(prompt.replaceAll(/\D/g, '')))
  for (let at = 0; at < piecesOfAnswer; at += 1) {
    if (random() < 0.2) await delay(random() * 10)
    yield { type: 'text', content: piece(prompt, at) }
  }
}

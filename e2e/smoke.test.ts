import { expect, test } from 'vitest'

test('a placeholder', () => expect(1).toBe(1))

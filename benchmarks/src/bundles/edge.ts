export { createHandler, VecTrade } from '@vectrade/edge'

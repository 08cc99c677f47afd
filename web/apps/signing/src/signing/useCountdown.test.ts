import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import { useCountdown } from './useCountdown';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('counts whole seconds down and ends once', () => {
  const onEnd = vi.fn();
  const scope = effectScope();
  scope.run(() => {
    let now = 0;
    const countdown = useCountdown(onEnd, () => now);
    countdown.start(60);
    expect(countdown.secondsLeft.value).toBe(60);
    now = 1_200;
    vi.advanceTimersByTime(250);
    expect(countdown.secondsLeft.value).toBe(59);
    // The phone slept: no ticks, but the time has passed.
    now = 3_600_000;
    vi.advanceTimersByTime(250);
    expect(countdown.secondsLeft.value).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });
  scope.stop();
});

it('is silent after it was stopped or its owner is gone', () => {
  const onEnd = vi.fn();
  const scope = effectScope();
  const countdown = scope.run(() => useCountdown(onEnd))!;
  countdown.start(1);
  countdown.stop();
  vi.advanceTimersByTime(2_000);
  countdown.start(1);
  scope.stop();
  vi.advanceTimersByTime(2_000);
  expect(onEnd).not.toHaveBeenCalled();
});

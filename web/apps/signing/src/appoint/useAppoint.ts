import { PageError, type AppointPage, type Box, type DraftBasics, type DraftPosition, type PageClient, type PositionKind } from '@qishu/api-client';
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { isSame, kindsFor, newPosition, ownersOf, positionsToSave, type Owner } from './positions';

export interface ParamValue {
  name: string;
  value: string;
}

export interface Appoint {
  page: ShallowRef<AppointPage | null>;
  owners: ComputedRef<Owner[]>;
  owner: ShallowRef<Owner | null>;
  /** What the next tap places; null when nothing is being placed. */
  armed: Ref<PositionKind | null>;
  positions: ShallowRef<DraftPosition[]>;
  selected: ShallowRef<DraftPosition | null>;
  isChanged: Ref<boolean>;
  busy: Ref<'save' | 'send' | null>;
  problem: ShallowRef<unknown>;
  isSent: Ref<boolean>;
  isSaved: Ref<boolean>;
  load(): Promise<void>;
  place(box: Box): void;
  move(position: DraftPosition, box: Box): void;
  remove(position: DraftPosition): void;
  save(): Promise<boolean>;
  saveBasics(basics: DraftBasics): Promise<boolean>;
  saveParams(values: ParamValue[]): Promise<boolean>;
  /** Saves what was changed, then sends. */
  send(values?: ParamValue[]): Promise<void>;
}

/** Preparing a draft: positions are kept here until they are saved. */
export function useAppoint(client: PageClient, onExpired: (error: PageError) => void): Appoint {
  const page = shallowRef<AppointPage | null>(null);
  const owner = shallowRef<Owner | null>(null);
  const armed = ref<PositionKind | null>(null);
  const positions = shallowRef<DraftPosition[]>([]);
  const selected = shallowRef<DraftPosition | null>(null);
  const isChanged = ref(false);
  const isSaved = ref(false);
  const isSent = ref(false);
  const busy = ref<'save' | 'send' | null>(null);
  const problem = shallowRef<unknown>(null);
  const owners = computed(() => ownersOf(page.value?.parties ?? []));

  async function load(): Promise<void> {
    try {
      const loaded = await client.draft();
      page.value = loaded;
      positions.value = loaded.positions;
      selected.value = null;
      isChanged.value = false;
      const known = owners.value.find((one) => one.party.id === owner.value?.party.id && one.step?.id === owner.value?.step?.id);
      owner.value = known ?? owners.value[0] ?? null;
    } catch (error) {
      refused(error);
    }
  }

  function refused(error: unknown): void {
    const ended = ['SESSION_EXPIRED', 'LINK_EXPIRED', 'CONTRACT_CLOSED'];
    if (error instanceof PageError && (ended.includes(error.code) || page.value === null)) onExpired(error);
    else problem.value = error;
  }

  function changed(next: DraftPosition[]): void {
    positions.value = next;
    isChanged.value = true;
    isSaved.value = false;
  }

  function place(box: Box): void {
    if (!armed.value || !owner.value || !kindsFor(owner.value).includes(armed.value)) return;
    const placed = newPosition(owner.value, armed.value, box);
    changed([...positions.value, placed]);
    selected.value = placed;
    armed.value = null;
  }

  function move(position: DraftPosition, box: Box): void {
    if (!position.moves) return;
    // Moved, it is another position than the one that was kept.
    const moved = { ...position, ...box, keep: null };
    changed([...positions.value.filter((other) => !isSame(other, position)), moved]);
    selected.value = moved;
  }

  function remove(position: DraftPosition): void {
    changed(positions.value.filter((other) => !isSame(other, position)));
    selected.value = null;
  }

  async function attempt(kind: 'save' | 'send', act: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = kind;
    problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      refused(error);
      return false;
    } finally {
      busy.value = null;
    }
  }

  const storePositions = async (): Promise<void> => {
    if (!isChanged.value) return;
    await client.savePositions(positionsToSave(positions.value));
    await load();
  };

  return {
    page,
    owners,
    owner,
    armed,
    positions,
    selected,
    isChanged,
    busy,
    problem,
    isSent,
    isSaved,
    load,
    place,
    move,
    remove,
    save: () =>
      attempt('save', async () => {
        await storePositions();
        isSaved.value = true;
      }),
    saveBasics: (basics) =>
      attempt('save', async () => {
        await client.saveBasics(basics);
        await load();
        isSaved.value = true;
      }),
    saveParams: (values) =>
      attempt('save', async () => {
        // Documents are made anew: positions that were not saved would be gone.
        await storePositions();
        await client.saveParams(values);
        await load();
        isSaved.value = true;
      }),
    send: async (values) => {
      await attempt('send', async () => {
        await storePositions();
        if (values) {
          await client.saveParams(values);
          await load();
        }
        await client.sendDraft();
        isSent.value = true;
      });
    },
  };
}

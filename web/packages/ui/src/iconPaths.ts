/** Line drawings on a 24 × 24 grid. Our own, because an icon font would need a `data:` font or a foreign host. */
export const iconPaths = {
  alert: 'M12 8.5v5M12 16.6v.1M10.3 4.4 2.9 17.2A2 2 0 0 0 4.6 20.2h14.8a2 2 0 0 0 1.7-3L13.7 4.4a2 2 0 0 0-3.4 0Z',
  check: 'm5 12.5 4.6 4.6L19.5 7',
  chevronRight: 'm9.5 5.5 6.5 6.5-6.5 6.5',
  clock: 'M12 7v5l3.2 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  close: 'm6 6 12 12M18 6 6 18',
  document: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5Zm0 0v5h5M9 13h6M9 17h4',
  download: 'M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M4.5 19.5h15',
  exit: 'M14 4.5h4a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5h-4M10.5 8.5 7 12l3.5 3.5M7 12h9',
  info: 'M12 11v5.2M12 7.8v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  link: 'M9.5 14.5 14.5 9.5M8 11l-2.2 2.2a3.6 3.6 0 0 0 5 5L13 16M11 8l2.2-2.2a3.6 3.6 0 0 1 5 5L16 13',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  minus: 'M5 12h14',
  pen: 'm4 20 .9-4.2L15.7 5a2 2 0 0 1 2.8 0l.5.5a2 2 0 0 1 0 2.8L8.2 19.1 4 20ZM13.8 7l3.2 3.2',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5a7.5 7.5 0 0 1 15 0',
  plus: 'M12 5v14M5 12h14',
  print: 'M7 9V3.5h10V9M7 17.5H5a2 2 0 0 1-2-2V11a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v4.5a2 2 0 0 1-2 2h-2M7 14h10v6.5H7V14Z',
  rotate: 'M4 12a8 8 0 0 1 13.7-5.6L20 8.7M20 4v4.7h-4.7M20 12a8 8 0 0 1-13.7 5.6L4 15.3M4 20v-4.7h4.7',
  seal: 'M8.5 14.5c1.2-1.3.8-2.7.2-4A4 4 0 1 1 15.3 10.5c-.6 1.3-1 2.7.2 4M5.5 14.5h13a1 1 0 0 1 1 1V18h-15v-2.5a1 1 0 0 1 1-1ZM5 21h14',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.9 12.2a1 1 0 0 0 1 .8h7.2a1 1 0 0 0 1-.8L17.5 7',
  undo: 'M8.5 5 4.5 9l4 4M4.5 9H14a5.5 5.5 0 0 1 0 11h-3.5',
} as const;

export type IconName = keyof typeof iconPaths;

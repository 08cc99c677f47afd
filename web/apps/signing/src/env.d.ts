/// <reference types="vite/client" />

/** Folder of pdf.js' data below the base address; set by the build. */
declare const __PDFJS_DATA__: string;

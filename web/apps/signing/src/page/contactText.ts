/** Whether the text can be a mobile number (5 to 15 digits, blanks and a leading + allowed) or an e-mail address. */
export function isContact(text: string): boolean {
  const contact = text.trim();
  return /^\+?\d{5,15}$/.test(contact.replace(/[\s-]/g, '')) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(contact);
}

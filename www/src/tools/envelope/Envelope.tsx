export default function Envelope() {
  return null;
}

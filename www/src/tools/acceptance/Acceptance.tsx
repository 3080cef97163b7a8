export default function Acceptance() {
  return null;
}

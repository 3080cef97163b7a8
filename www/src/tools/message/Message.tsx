export default function Message() {
  return null;
}

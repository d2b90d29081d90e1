import { Button, Group, Text, Textarea } from '@mantine/core';
import { SendHorizontal } from 'lucide-react';
import { useState, type FormEvent, type KeyboardEvent } from 'react';

/** Where one writes: Enter sends, Shift+Enter begins a line. */
export function Composer({ disabled, onSay }: { disabled: boolean; onSay: (text: string) => void }) {
  const [text, setText] = useState('');
  const say = () => {
    if (disabled || text.trim() === '') return;
    onSay(text.trim());
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    say();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    say();
  };
  return (
    <form onSubmit={onSubmit}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <Textarea
          aria-label="Message"
          placeholder="Write a message"
          autosize
          minRows={1}
          maxRows={6}
          maxLength={40_000}
          disabled={disabled}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKeyDown}
          style={{ flex: 1 }}
        />
        <Button
          type="submit"
          disabled={disabled || text.trim() === ''}
          rightSection={<SendHorizontal size={16} aria-hidden />}
        >
          Send
        </Button>
      </Group>
      {disabled && (
        <Text size="xs" c="dimmed" mt={4}>
          Saying something needs the role operator.
        </Text>
      )}
    </form>
  );
}

import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Graph, GraphNode } from '@app/contracts';
import { CopyButton, formatDuration } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { KIND_WORDS, nodeIconName } from './node-looks';

/** Everything that is known of one node. */
@Component({
  selector: 'hp-node-inspector',
  imports: [CopyButton, Icon, RouterLink],
  templateUrl: './node-inspector.html',
  styleUrl: './node-inspector.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NodeInspector {
  readonly node = input.required<GraphNode>();
  readonly graph = input.required<Graph>();
  readonly selectNode = output<string>();
  protected readonly scope = inject(Scope);
  protected readonly kind = computed(() => KIND_WORDS[this.node().kind]);
  protected readonly nodeIconName = nodeIconName;
  protected readonly qualified = computed(() => {
    const { namespace, name } = this.node();
    return namespace === null ? name : `${namespace}/${name}`;
  });
  protected readonly agentName = computed(
    () => this.graph().agents.find(({ type }) => type === this.node().agent)?.name ?? this.node().agent,
  );
  protected readonly retry = computed(() => {
    const retry = this.node().retry;
    if (retry === null) return '';
    const delay = formatDuration(retry.delay_ms * 1000);
    const most = formatDuration(retry.max_delay_ms * 1000);
    return `${retry.attempts} × ${retry.backoff}, after ${delay}, at most ${most}${retry.jitter ? ', with jitter' : ''}`;
  });
  /** What starts it, or who sends it; what it sends, or who handles it. */
  protected readonly sides = computed(() => {
    const { nodes, edges } = this.graph();
    const id = this.node().id;
    const isEvent = this.node().kind === 'event_type';
    const named = (other: string): GraphNode | undefined => nodes.find((node) => node.id === other);
    const before = edges.filter(({ to }) => to === id).map((edge) => ({ edge, node: named(edge.from) }));
    const after = edges.filter(({ from }) => from === id).map((edge) => ({ edge, node: named(edge.to) }));
    return [
      { title: isEvent ? 'Sent by' : 'Started by', rows: before },
      { title: isEvent ? 'Handled by' : this.node().kind === 'handler' ? 'Sends' : 'Starts', rows: after },
    ].filter(({ rows }) => rows.length > 0);
  });
}

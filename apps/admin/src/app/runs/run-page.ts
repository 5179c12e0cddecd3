import { ChangeDetectionStrategy, Component } from '@angular/core';
@Component({ selector: 'hp-x', template: '<h1>soon</h1>', changeDetection: ChangeDetectionStrategy.OnPush })
export class RunPage {}

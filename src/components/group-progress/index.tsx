// Who is in and what is missing: people round a table, or in a row. Every face is a person who paid (A11).
import { Text, View } from '@tarojs/components';
import { useT } from '@/i18n';
import { sentences } from '@/i18n/format';
import { texts } from '@/i18n/group-words';
import { useLanguage } from '@/state/settings';
import { a11y } from '../a11y';
import { Avatar } from '../avatar';
import { Icon } from '../icon';
import { Picture } from '../picture';
import { geometryOf, inlinePlaces, spotOf, type Place } from './logic';
import './index.scss';

interface Props {
  kind: 'table' | 'landing' | 'inline';
  places: Place[];
  /** the dish in the middle */
  pictureUrl?: string;
  /** the first free place is the visitor's: 你的位 */
  yours?: boolean;
  /** nobody comes any more: free places invite nobody; of a failed group all is grey */
  over?: 'complete' | 'expired' | undefined;
  className?: string;
}

export function GroupProgress({ kind, places, pictureUrl = '', yours, over, className = '' }: Props) {
  const t = useT(texts);
  const language = useLanguage();
  const count = (state: Place['state']) => places.filter((place) => place.state === state).length;
  const [free, paying] = [count('empty'), count('held')];
  const label = sentences(language, t.tableOf(places.length, count('joined')), paying > 0 ? t.payingNow(paying) : '', free > 0 && !over ? t.freeSeats(free) : '');
  const look = `jk-group ${over ? 'jk-group--over' : ''} ${over === 'expired' ? 'jk-group--expired' : ''} ${className}`;
  if (kind === 'inline') {
    const { shown, more } = inlinePlaces(places);
    return (
      <View className={`${look} jk-group--inline`} {...a11y({ role: 'img', label })}>
        {shown.map((place, i) => <Seat key={i} place={place} size={28} bare={over !== undefined} />)}
        {more > 0 ? <View className="jk-group__seat jk-group__seat--more" aria-hidden="true">{`+${more}`}</View> : null}
      </View>
    );
  }
  const { box, rim, dish, seat } = geometryOf(kind, places.length);
  const mine = yours ? places.findIndex((place) => place.state === 'empty') : -1;
  return (
    <View className={`${look} jk-group--${kind}`} style={square(box)} {...a11y({ role: 'img', label })}>
      {rim > 0 ? <View className="jk-group__rim" style={{ ...square(rim), margin: `${(box - rim) / 2}px` }} /> : null}
      <View className="jk-group__dish" style={{ ...square(dish), margin: `${(box - dish) / 2}px` }} aria-hidden="true">
        <Picture src={pictureUrl} width={dish} height={dish} radius={dish / 2} lazy={kind === 'table'} />
      </View>
      {places.map((place, i) => {
        const { left, top } = spotOf(kind, i, places.length);
        return (
          <View key={i} className="jk-group__spot" style={{ left: `${left - seat / 2}px`, top: `${top - seat / 2}px` }}>
            <Seat place={place} size={seat} yours={i === mine ? t.yourSeat : ''} bare={over !== undefined} />
          </View>
        );
      })}
    </View>
  );
}

const square = (px: number) => ({ width: `${px}px`, height: `${px}px` });

function Seat({ place, size, yours = '', bare }: { place: Place; size: number; yours?: string; bare?: boolean }) {
  const inner = size - (size > 40 ? 6 : 4);
  const font = size >= 62 ? 17 : size >= 56 ? 15 : 12;
  return (
    // The key fills a seat anew, so that it grows into its place.
    <View key={`${place.state}${place.name}`} className={`jk-group__seat jk-group__seat--${place.state} ${size > 40 ? 'jk-group__seat--big' : ''}`} style={square(size)} aria-hidden="true">
      {place.state === 'joined' && (place.name || place.avatarUrl) ? <Avatar src={place.avatarUrl} name={place.name} size={inner} /> : null}
      {place.state === 'joined' && !place.name && !place.avatarUrl ? <Icon name="user" size={Math.round(size * 0.55)} /> : null}
      {place.state === 'held' ? <Icon name="clock" size={Math.round(size * 0.5)} /> : null}
      {place.state === 'empty' && yours ? <Text style={{ fontSize: `${font}px` }}>{yours}</Text> : null}
      {place.state === 'empty' && !yours && !bare ? <Icon name="plus" size={Math.round(size * 0.5)} /> : null}
    </View>
  );
}

# shellcheck shell=bash
# bash completion for gefyra

_gefyra() {
  local rest=${COMP_LINE:0:COMP_POINT} piece word value cut line directive=0 i
  local -a words=()
  COMPREPLY=()
  # A piece that follows without a blank belongs to the word before: bash cuts words at ":" and "=".
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=${COMP_WORDS[i]}
    if [[ $i == 0 || $rest == [[:blank:]]* ]]; then
      rest=${rest#"${rest%%[![:blank:]]*}"}
      words+=("")
    fi
    [[ $rest == "$piece"* ]] || piece=$rest
    rest=${rest#"$piece"}
    words[${#words[@]} - 1]+=$piece
  done
  word=${words[${#words[@]} - 1]}
  while IFS= read -r line; do
    case $line in
      :[0-9]*) directive=${line#:} ;;
      ?*)
        printf -v line %q "${line%%$'\t'*}"
        COMPREPLY+=("$line")
        ;;
    esac
  done < <(gefyra complete -- "${words[@]:1}" 2>/dev/null </dev/null)
  if ((${#COMPREPLY[@]})); then
    value=$word
    if [[ $word == --*=* ]]; then
      value=${word#*=}
      [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/"${word%%=*}="}")
    fi
    # Bash replaces only what follows the last ":".
    if [[ $COMP_WORDBREAKS == *:* && $value == *:* ]]; then
      cut=${value%"${value##*:}"}
      COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    fi
  fi
  # Bash 3 has no compopt.
  if type compopt >/dev/null 2>&1; then
    ((directive & 2)) && compopt -o nospace 2>/dev/null
    ((directive & 4)) && compopt +o default 2>/dev/null
    ((directive & 32)) && compopt -o nosort 2>/dev/null
  fi
  return 0
}

complete -o default -F _gefyra gefyra

#compdef gefyra
# shellcheck disable=all # it does not know zsh

_gefyra() {
  local line value text directive=0
  local -a items keep space
  while IFS= read -r line; do
    case $line in
      :<->) directive=${line#:} ;;
      ?*)
        value=${line%%$'\t'*} text=${line#*$'\t'}
        items+=("${value//:/\\:}${text:+:$text}")
        ;;
    esac
  done < <(gefyra complete -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null </dev/null)
  if [[ $PREFIX == --*=* ]]; then
    IPREFIX+=${PREFIX%%=*}=
    PREFIX=${PREFIX#*=}
  fi
  ((directive & 2)) && space=(-S '')
  ((directive & 32)) && keep=(-V)
  if ((${#items})); then
    _describe $keep gefyra items $space
  elif ((!(directive & 4))); then
    _files
  fi
}

if [[ ${funcstack[1]} == _gefyra ]]; then
  _gefyra "$@"
else
  compdef _gefyra gefyra
fi

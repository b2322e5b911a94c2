using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A native array of parameters to pass to libvirt. The memory is ours: free it by disposing, never by
/// <c>virTypedParamsFree</c>.
/// </summary>
internal sealed unsafe class TypedParameterArray : IDisposable
{
    private virTypedParameter* _parameters;

    /// <exception cref="ArgumentException">A name is empty, too long or holds a zero, or a type is unknown.</exception>
    public TypedParameterArray(IReadOnlyCollection<TypedParameter> parameters)
    {
        _parameters = (virTypedParameter*)NativeMemory.AllocZeroed(
            (nuint)Math.Max(parameters.Count, 1), (nuint)sizeof(virTypedParameter));
        try
        {
            foreach (TypedParameter parameter in parameters)
                Write(parameter, _parameters + Count++);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The number of parameters.</summary>
    public int Count { get; private set; }

    /// <summary>The first parameter; valid until disposed.</summary>
    public virTypedParameter* Pointer => _parameters;

    public void Dispose()
    {
        if (_parameters is null)
            return;
        for (int i = 0; i < Count; i++)
        {
            if (_parameters[i].type == TypedParameterTypes.String)
                NativeMemory.Free(_parameters[i].value.s);
        }

        NativeMemory.Free(_parameters);
        _parameters = null;
    }

    private static void Write(TypedParameter parameter, virTypedParameter* native)
    {
        WriteName(parameter.Name, new Span<byte>(native->field, TypedParameter.MaximumNameBytes));
        switch (parameter)
        {
            case IntParameter { Value: var value }:
                native->value.i = value;
                break;
            case UIntParameter { Value: var value }:
                native->value.ui = value;
                break;
            case LongParameter { Value: var value }:
                native->value.l = value;
                break;
            case ULongParameter { Value: var value }:
                native->value.ul = value;
                break;
            case DoubleParameter { Value: var value }:
                native->value.d = value;
                break;
            case BooleanParameter { Value: var value }:
                native->value.b = value ? (byte)1 : (byte)0;
                break;
            case StringParameter { Value: var value }:
                native->value.s = Copy(value);
                break;
            default:
                throw new ArgumentException(
                    $"parameter '{parameter.Name}' has a type that this library does not know and can not be written",
                    nameof(parameter));
        }

        native->type = parameter.NativeType;
    }

    private static void WriteName(string name, Span<byte> field)
    {
        if (name.Length == 0 || name.Contains('\0') || !Encoding.UTF8.TryGetBytes(name, field, out _))
        {
            throw new ArgumentException(
                $"parameter name '{name}' must have 1 to {TypedParameter.MaximumNameBytes} bytes and no zero",
                nameof(name));
        }
    }

    private static byte* Copy(string text)
    {
        if (text.Contains('\0'))
            throw new ArgumentException("a string parameter can not hold a zero character", nameof(text));
        int length = Encoding.UTF8.GetByteCount(text);
        byte* copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        return copy;
    }
}
